# Completion of the command `manifest` for PowerShell 7.3 and newer, as a line of $PROFILE:
# manifest completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName manifest -ScriptBlock {
    param($word, $command, $cursor)
    $typed = @($command.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursor })
    $words = @($typed | ForEach-Object { $_.Extent.Text })
    if (-not $typed -or $typed[-1].Extent.EndOffset -lt $cursor) { $words += '' }
    $found = @(manifest __complete @words 2>$null)
    if (-not $found) { return '' } # no path either
    if ($found[0] -eq ':files') { return } # PowerShell completes a path then
    $before = $words[-1].Length - $word.Length # behind a comma the last part alone is replaced
    foreach ($line in $found) {
        $candidate, $what = $line -split "`t", 2
        if (-not $what) { $what = $candidate }
        $text = $candidate.Substring($before)
        [System.Management.Automation.CompletionResult]::new($text, $candidate, 'ParameterValue', $what)
    }
}
