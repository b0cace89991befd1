--- logout: the other half of login.

return { perform = require("manifest.action.login").forget }
