"""The providers that lokki's rules pass to the rules that depend on them."""

LokkiStepInfo = provider(
    doc = "A Go function as a step: its image, and the settings of its Lambda.",
    fields = {
        "architecture": "string: architecture of the image and the Lambda, arm64 or amd64.",
        "code": "File: a program with the function and everything it calls. It is never run; its hash is the step's fingerprint.",
        "digest": "File: the digest of the image's manifest, as in sha256:….",
        "env": "dict of string to string: environment variables of the Lambda.",
        "ephemeral_storage": "int: size of /tmp in MB; 0 leaves it to lokki.yml.",
        "function": "string: the Go function with its import path, as in example.com/birds.GetBirds.",
        "image": "File: the image, a folder in OCI layout.",
        "label": "Label: the lokki_step target.",
        "memory": "int: memory in MB; 0 leaves it to lokki.yml.",
        "rehearsal_architecture": "string: architecture of rehearsal_image, the one of this machine.",
        "rehearsal_image": "File: the image to rehearse with: the image itself, or the same step built for this machine.",
        "timeout": "int: longest duration of one invocation in seconds; 0 leaves it to lokki.yml.",
    },
)

LokkiFlowInfo = provider(
    doc = "A flow and everything that is built from it.",
    fields = {
        "asl": "File: the state machine in Amazon States Language.",
        "cost": "File: the estimate of what an execution uses and costs.",
        "function": "string: the flow function with its import path, as in example.com/birds.BirdsFlow.",
        "graph": "File: the flow's graph, from which the other files are made.",
        "images": "File: the image of each step, by digest.",
        "local": "DefaultInfo: the program that runs the flow on this machine.",
        "steps": "list of LokkiStepInfo: the flow's steps.",
        "template": "File: the CloudFormation template.",
    },
)
