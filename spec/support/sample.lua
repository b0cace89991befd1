--- How many of many like cases a run does: all, or (MANIFEST_SAMPLE=N) every Nth. The run under sanitizers and the one
--- under a hostile collector take a sample of what the plain run does whole, where each case is processes of its own.

return { step = math.tointeger(tonumber(os.getenv("MANIFEST_SAMPLE") or "1")) }
