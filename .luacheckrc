std = "lua54"
max_line_length = 120
files["lua/manifest/meta"] = { max_line_length = false, ignore = { "211", "212", "241" } } -- types for editors, no code
files["spec"].std = "+busted"
files["examples/release.lua"].read_globals = { "env" }
