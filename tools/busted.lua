-- busted under the interpreter that runs this file: its own launcher picks one.
require "busted.runner" { standalone = false }
