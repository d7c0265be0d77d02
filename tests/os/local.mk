# tests/os
