--- What to do about errors that several verbs meet, by the error's code.

return {
  --- When a registry refuses a verb that pushes.
  PUSH = {
    unauthorized = "log in to the registry with an account that may push to the repository",
    denied = "check that the account may push to the repository",
  },
}
