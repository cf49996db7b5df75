//! `PowerShell` 7.4 or newer, on any system.

use crate::snippets::TOKEN;
use crate::snippets::powershell::quoted;

use super::PlanScript;

pub(super) fn text(script: &PlanScript) -> String {
    let PlanScript { users_url, environment, number, to, users, .. } = script;
    format!(
        "#Requires -Version 7.4
# {heading}
#
#   $env:{TOKEN} = Read-Host -MaskInput    # paste the token and press Enter: no history has it
#   ./{name} mfa-plan-{number}-....csv [results.csv]
#
{ABOUT}
param(
    [Parameter(Mandatory)] [string] $PlanFile,
    [string] $Results = 'mfa-results-{number}.csv'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$usersUrl = {url}
$environment = '{environment}'
$plan = '{number}'
$word = '{word}'
$target = ${to}
$users = {users}
$reference = {reference}
$reason = {reason}
$pilot = '{pilot}'
{REST}",
        heading = script.heading(),
        name = script.file_name(super::Shell::PowerShell),
        url = quoted(users_url),
        word = script.word(),
        reference = quoted(&script.reference),
        reason = quoted(&script.reason),
        pilot = script.pilot,
    )
}

const ABOUT: &str = "\
# The first argument is the plan as the page saved it. Each user's result is appended to the result file; users
# who are changed there already are skipped, so that the script can be stopped and restarted.
# It asks for the change reference, the reason, the pilot user and the number of users again, as far as the plan has
# them, and reads the answers from standard input. The pilot user is changed first; then it waits for your word.
# Exit status: 0 all are changed, 1 some are not, 2 it can't begin, 3 it stopped: the token, or 20 failures in a row.";

const REST: &str = r#"
$attempts = 3           # of the same request
$attemptsForPace = 10   # where PingOne said 429
$firstPause = 500       # milliseconds; doubles with each attempt
$longestPause = 30000   # milliseconds; PingOne may ask for more
$betweenRequests = 100  # milliseconds: at most 10 requests a second
$failuresInARow = 20

function Stop-Script([int] $Status, [string] $Why) {
    [Console]::Error.WriteLine($Why)
    exit $Status
}

# The users of the saved plan. The file must be this plan's, and whole.
function Get-PlanUser {
    $notes = @{}
    $text = (Get-Content -Raw -LiteralPath $PlanFile).TrimStart([char]0xFEFF)
    while ($text.StartsWith('# ')) {
        $line, $text = $text -split "\r?\n", 2
        $key, $value = $line -split ',', 2
        $notes[$key] = $value
    }
    if ($notes['# planNumber'] -ne $plan -or $notes['# environmentId'] -ne $environment) {
        Stop-Script 2 "This is not plan $plan."
    }
    $rows = @($text | ConvertFrom-Csv | Where-Object { -not $_.leftOutBecause })
    if ($rows.Count -ne $users) {
        Stop-Script 2 "The plan has $users users, this file has $($rows.Count)."
    }
    foreach ($row in $rows) {
        if ($row.to -ne $word) {
            Stop-Script 2 "$($row.userId) is not to be $word."
        }
        ([guid] $row.userId).ToString()
    }
}

# Sends a request. Without a whole answer the status is 0.
function Send-Request([string] $Method, [string] $Url, [string] $Body) {
    Start-Sleep -Milliseconds $betweenRequests
    $request = @{
        Method             = $Method
        Uri                = $Url
        Headers            = @{ Authorization = "Bearer $env:PINGONE_ACCESS_TOKEN"; Accept = 'application/json' }
        SkipHttpErrorCheck = $true
        MaximumRedirection = 0
        TimeoutSec         = 30
    }
    if ($Body) {
        $request.ContentType = 'application/json'
        $request.Body = $Body
    }
    $answer = @{ Status = 0; IsReadable = $false; Value = $null; Code = ''; CorrelationId = ''; RetryAfter = 0 }
    try {
        $response = Invoke-WebRequest @request
    } catch {
        return $answer
    }
    $answer.Status = [int] $response.StatusCode
    $answer.CorrelationId = "$($response.Headers['Correlation-Id'])"
    $answer.RetryAfter = Get-RetryAfter "$($response.Headers['Retry-After'])"
    try {
        $fields = ConvertFrom-Json -AsHashtable "$($response.Content)"
    } catch {
        $fields = $null
    }
    if ($fields -is [System.Collections.IDictionary]) {
        $answer.IsReadable = $true
        $answer.Code = "$($fields['code'])"
        if ($fields['mfaEnabled'] -is [bool] -and $answer.Status -ge 200 -and $answer.Status -lt 300) {
            $answer.Value = $fields['mfaEnabled']
        }
    }
    if ($answer.Status -eq 401) {
        Stop-Script 3 'PingOne refused the token (401). Get a new one and start again: it goes on where it stopped.'
    }
    $answer
}

# Milliseconds. Retry-After is a number of seconds or a date.
function Get-RetryAfter([string] $Text) {
    if ($Text -match '^[0-9]{1,6}$') {
        return 1000 * [int] $Text
    }
    $at = [DateTimeOffset]::MinValue
    if ([DateTimeOffset]::TryParse($Text, [ref] $at)) {
        return [int] [Math]::Max(0, ($at - [DateTimeOffset]::UtcNow).TotalMilliseconds)
    }
    0
}

# How often a request that was answered so is sent at most.
function Get-Attempts($Answer) {
    if ($Answer.Status -eq 429) { $attemptsForPace } else { $attempts }
}

# Waits before the next attempt: at random up to the doubled pause, and never less than PingOne asks for.
function Wait-Turn([int] $Made, $Answer) {
    $limit = [Math]::Min($firstPause * [Math]::Pow(2, $Made - 1), $longestPause)
    Start-Sleep -Milliseconds ([Math]::Max((Get-Random -Maximum $limit), $Answer.RetryAfter))
}

# Reads the flag until there is an answer that says something.
function Read-Flag([string] $Url) {
    $reads = 0
    while ($true) {
        $answer = Send-Request 'Get' $Url
        $reads++
        $isFinal = $answer.Status -ge 400 -and $answer.Status -lt 500 -and $answer.Status -notin 408, 429
        if ($null -ne $answer.Value -or $isFinal -or $reads -ge (Get-Attempts $answer)) {
            return $answer
        }
        Wait-Turn $reads $answer
    }
}

# Sets a user's flag, and says what the answers prove.
function Set-Flag([string] $User) {
    $url = "$usersUrl/$User/mfaEnabled"
    $body = ConvertTo-Json -Compress @{ mfaEnabled = $target }
    $writes = 0
    while ($true) {
        $answer = Send-Request 'Put' $url $body
        $writes++
        if ($answer.Value -eq $target) {
            return @{ Result = 'changed'; Answer = $answer }
        }
        if ($answer.Status -in 408, 429 -or ($answer.Status -eq 503 -and $answer.IsReadable)) {
            if ($writes -ge (Get-Attempts $answer)) {
                return @{ Result = 'failed'; Answer = $answer }
            }
            Wait-Turn $writes $answer
            continue
        }
        if ($answer.Status -eq 404) {
            return @{ Result = 'no longer exists'; Answer = $answer }
        }
        if ($answer.Status -ge 400 -and $answer.Status -lt 500) {
            return @{ Result = 'refused'; Answer = $answer }
        }
        # The answer is lost, or proves nothing: what the flag is, PingOne tells.
        $answer = Read-Flag $url
        if ($answer.Status -eq 404) {
            return @{ Result = 'no longer exists'; Answer = $answer }
        }
        if ($null -eq $answer.Value) {
            return @{ Result = 'answer lost'; Answer = $answer }
        }
        if ($answer.Value -eq $target) {
            return @{ Result = 'changed'; Answer = $answer }
        }
        if ($writes -ge $attempts) {
            return @{ Result = 'failed'; Answer = $answer }
        }
        Wait-Turn $writes $answer
    }
}

# The users that an earlier run has changed.
function Get-Changed {
    $changed = [System.Collections.Generic.HashSet[string]]::new()
    if ((Test-Path -LiteralPath $Results) -and (Get-Item -LiteralPath $Results).Length -gt 0) {
        foreach ($row in Import-Csv -LiteralPath $Results) {
            if ($row.result -eq 'changed') {
                [void] $changed.Add($row.userId)
            }
        }
        # If the last line was cut, the next one does not continue it.
        if (-not (Get-Content -Raw -LiteralPath $Results).EndsWith("`n")) {
            Add-Content -LiteralPath $Results -Value ''
        }
    }
    , $changed
}

if (-not $env:PINGONE_ACCESS_TOKEN) {
    Stop-Script 2 'Set $env:PINGONE_ACCESS_TOKEN to an access token.'
}

# Ends the script where the answer is another one, or nothing where none is expected.
function Confirm-Answer([string] $Question, [string] $Answer) {
    [Console]::Error.Write("${Question}: ")
    $typed = "$([Console]::In.ReadLine())".Trim()
    if (-not $typed -or ($Answer -and $typed -cne $Answer)) {
        Stop-Script 2 "This is not the answer: $typed. Nothing more was sent."
    }
}

# Asks again for what was asked before the plan was saved.
function Confirm-Plan {
    [Console]::Error.WriteLine("Plan $plan turns MFA $word in environment ${environment}. Users: $users.")
    if ($reference) {
        Confirm-Answer "Type the change reference, $reference" $reference
    }
    if ($reason) {
        Confirm-Answer "Type the reason; the plan says: $reason" ''
    }
    if ($pilot) {
        Confirm-Answer "Type the user ID of the pilot user, $pilot" $pilot
    }
    Confirm-Answer "Type the number of users, $users" "$users"
}

# After the pilot user a person looks, unless others were changed before.
function Wait-AfterPilot([string] $Result) {
    if ($Result -ne 'changed') {
        Stop-Script 3 "Stopped: the pilot user was not changed. See $Results."
    }
    if ($done.Count -eq 0 -or ($done.Count -eq 1 -and $done.Contains($pilot))) {
        Confirm-Answer 'The pilot user is changed. Check that they can sign in, then type continue' 'continue'
    }
}

$chosen = @(Get-PlanUser)
if ($pilot -and $chosen[0] -ne $pilot) {
    Stop-Script 2 'The plan does not begin with the pilot user.'
}
Confirm-Plan
$done = Get-Changed
$number = 0
$notChanged = 0
$inARow = 0
foreach ($user in $chosen) {
    $number++
    if ($done.Contains($user)) {
        if ($user -eq $pilot) {
            Wait-AfterPilot 'changed'
        }
        continue
    }
    $change = Set-Flag $user
    [pscustomobject]@{
        userId        = $user
        result        = $change.Result
        httpStatus    = $change.Answer.Status
        code          = $change.Answer.Code
        correlationId = $change.Answer.CorrelationId
        at            = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture)
    } | Export-Csv -LiteralPath $Results -Append -UseQuotes AsNeeded
    [Console]::Error.WriteLine("$number of ${users}: $user $($change.Result)")
    if ($user -eq $pilot) {
        Wait-AfterPilot $change.Result
    }
    if ($change.Result -eq 'changed') {
        $inARow = 0
        continue
    }
    $notChanged++
    $inARow++
    if ($inARow -ge $failuresInARow) {
        Stop-Script 3 "Stopped: $inARow users in a row were not changed. See $Results."
    }
}
if ($notChanged -gt 0) {
    Stop-Script 1 "$notChanged of $users users were not changed. See $Results."
}
[Console]::Error.WriteLine("All $users users are changed. See $Results.")
"#;
