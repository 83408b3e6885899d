"""What frameworks and counters of operations do otherwise: tables, and what asks them.

Each table is a TOML file with the versions in which its facts were seen.
"""
