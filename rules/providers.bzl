"""What lokki's rules tell the rules that build on them."""

LokkiStepInfo = provider(
    doc = "A Go function as a step: its image, and how it is to run.",
    fields = {
        "architecture": "string: architecture of the image and the Lambda, arm64 or amd64.",
        "code": "File: a program that holds the function and what it reaches, which is never run: its hash is the step's fingerprint.",
        "digest": "File: the digest of the image's manifest, as in sha256:….",
        "env": "dict of string to string: environment variables of the Lambda.",
        "ephemeral_storage": "int: size of /tmp in MB; 0 leaves it to lokki.yml.",
        "function": "string: the Go function with its import path, as in example.com/birds.GetBirds.",
        "image": "File: the image, a folder in OCI layout.",
        "label": "Label: the lokki_step target.",
        "memory": "int: memory in MB; 0 leaves it to lokki.yml.",
        "rehearsal_architecture": "string: architecture of rehearsal_image, that of this machine.",
        "rehearsal_image": "File: the image to rehearse with: image itself, or the same step built for this machine.",
        "timeout": "int: longest run of one invocation in seconds; 0 leaves it to lokki.yml.",
    },
)

LokkiFlowInfo = provider(
    doc = "A flow and everything that is built from it.",
    fields = {
        "asl": "File: the state machine in Amazon States Language.",
        "cost": "File: the estimate of what an execution uses and costs.",
        "function": "string: the flow function with its import path, as in example.com/birds.BirdsFlow.",
        "graph": "File: the flow's graph, the source of all the others.",
        "images": "File: the image of each step, by digest.",
        "local": "DefaultInfo: the program that runs the flow on this machine.",
        "steps": "list of LokkiStepInfo: the flow's steps.",
        "template": "File: the CloudFormation template.",
    },
)
