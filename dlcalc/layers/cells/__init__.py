"""What recurrent cells share: their problem, a pass by their equations, their working."""
