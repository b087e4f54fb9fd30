"""The rules of lokki: Go functions become data pipelines on AWS Step Functions.

```starlark
load("@lokki//rules:defs.bzl", "lokki_flow", "lokki_flow_test", "lokki_schedule", "lokki_step")
```
"""

load("//rules:providers.bzl", _LokkiFlowInfo = "LokkiFlowInfo", _LokkiStepInfo = "LokkiStepInfo")
load("//rules/private:flow.bzl", _lokki_flow = "lokki_flow")
load("//rules/private:flow_test.bzl", _lokki_flow_test = "lokki_flow_test")
load("//rules/private:schedule.bzl", _lokki_schedule = "lokki_schedule")
load("//rules/private:step.bzl", _lokki_step = "lokki_step")

lokki_flow = _lokki_flow
lokki_flow_test = _lokki_flow_test
lokki_schedule = _lokki_schedule
lokki_step = _lokki_step

LokkiFlowInfo = _LokkiFlowInfo
LokkiStepInfo = _LokkiStepInfo
