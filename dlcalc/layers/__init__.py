"""What each type of layer makes of a shape: output, parameters, multiply-accumulates.

One function a type, in a module a family; `table` finds it by name.
"""
