--- What `manifest rm` prints: nothing, as docker's.

return { text = function() end }
