# src/os
