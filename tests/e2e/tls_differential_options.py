#!/usr/bin/python3
"""Listings, options and the photograph under TLS: all of differential_options.py and pnm.py."""

import differential_options
import harness
import pnm
from tls_comparison import under_tls

globals().update(under_tls(differential_options) | under_tls(pnm))

if __name__ == "__main__":
    harness.main()
