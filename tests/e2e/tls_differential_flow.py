#!/usr/bin/python3
"""How an image flows, under TLS: all of differential_flow.py."""

import differential_flow
import harness
from tls_comparison import under_tls

globals().update(under_tls(differential_flow))

if __name__ == "__main__":
    harness.main()
