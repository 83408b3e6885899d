"""An LSTM forwards and backwards, one step or many, and what goes wrong by hand."""
