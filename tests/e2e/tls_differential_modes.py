#!/usr/bin/python3
"""Images under TLS: all of differential_modes.py."""

import differential_modes
import harness
from tls_comparison import under_tls

globals().update(under_tls(differential_modes))

if __name__ == "__main__":
    harness.main()
