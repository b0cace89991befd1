--- logout: what login.lua calls `forget`, since it undoes what login did.

return { perform = require("manifest.verb.login").forget }
