"""One file a verb, each thin: parse, call one function, hand its result to ``output``."""
