"""The generator of synthetic logs with known truth, in KuaiSAR's official file format."""
