--- What `manifest annotate` prints: nothing, as docker's.

return { text = function() end }
