# tests/crypt
