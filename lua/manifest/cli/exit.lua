--- How the command ends: its exit statuses other than 0 and those of signals, which are docker's but for 2; and how
-- long it may take.
return {
  FAILED = 1,
  CHECK_FAILED = 2, -- what was asked for is not so: verify, diff, plan --check
  BAD_USAGE = 125,
  FAREWELL = 2, -- seconds to learn of uploads that are open when it ends too early, and as many to give them up
}
