# Runs the build: compiles it when its sources changed, then hands over to it.
$ErrorActionPreference = 'Stop'

$Root = $PSScriptRoot
$Temp = Join-Path $Root '.nuke/temp'
$Flavour = 'runner'
$Properties = @()
if ($env:NUKE_PACKAGES -eq 'true') {
    $Flavour = 'packages'
    $Properties = @('-p:NukePackages=true')
}
$Stamp = Join-Path $Temp "build-$Flavour.stamp"
$Output = Join-Path $Temp "bin-$Flavour"
$Program = Join-Path $Output '_build.dll'

$env:DOTNET_CLI_TELEMETRY_OPTOUT = 1
$env:DOTNET_NOLOGO = 1
$env:DOTNET_SKIP_FIRST_TIME_EXPERIENCE = 1
$env:NUKE_TELEMETRY_OPTOUT = 1

# Name, time and size of every source, so that deleted files are noticed too.
function Get-Fingerprint {
    $Platform = Join-Path $Root 'src/Platform'
    $Files = @(Get-ChildItem -Recurse -File (Join-Path $Root 'build'), (Join-Path $Root 'src')) +
        @(Get-ChildItem -File -Force $Root | Where-Object Name -In 'global.json', 'Directory.Build.props', 'Directory.Packages.props', '.editorconfig', 'BannedSymbols.txt')
    $Lines = $Files | Where-Object { $_.FullName -notmatch '[\\/](bin|obj|node_modules)[\\/]' -and -not $_.FullName.StartsWith($Platform) } |
        ForEach-Object { "$($_.FullName) $($_.LastWriteTimeUtc.Ticks) $($_.Length)" } | Sort-Object
    return $Lines -join "`n"
}

function Find-DotNet {
    $Installed = Get-Command dotnet -ErrorAction SilentlyContinue
    if ($Installed) {
        Push-Location $Root
        try { & $Installed.Source --version *> $null } finally { Pop-Location }
        if ($LASTEXITCODE -eq 0) { return $Installed.Source }
    }
    $Folder = Join-Path $Temp 'dotnet-win'
    $Private = Join-Path $Folder 'dotnet.exe'
    if (-not (Test-Path $Private)) {
        $Version = (Get-Content (Join-Path $Root 'global.json') -Raw | ConvertFrom-Json).sdk.version
        Write-Host "Installing the .NET SDK $Version into $Folder"
        New-Item -ItemType Directory -Force $Temp > $null
        $Script = Join-Path $Temp 'dotnet-install.ps1'
        [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
        Invoke-WebRequest 'https://dot.net/v1/dotnet-install.ps1' -OutFile $Script -UseBasicParsing
        & $Script -Version $Version -InstallDir $Folder -NoPath
    }
    return $Private
}

function Test-Current {
    return (Test-Path $Program) -and (Test-Path $Stamp) -and ((Get-Content $Stamp -Raw).TrimEnd() -eq $Now)
}

$DotNet = Find-DotNet
$Now = Get-Fingerprint
if (-not (Test-Current)) {
    New-Item -ItemType Directory -Force $Temp > $null
    $Mutex = New-Object System.Threading.Mutex($false, "maily-build-$($Root.GetHashCode())")
    $Mutex.WaitOne() > $null
    try {
        # Somebody else may have compiled meanwhile.
        if (-not (Test-Current)) {
            $Log = & $DotNet build (Join-Path $Root 'build/_build.csproj') --nologo -v q -clp:NoSummary --tl:off -nodeReuse:false `
                -p:UseSharedCompilation=false "-p:NukeBuildOutput=$Output/" @Properties 2>&1
            if ($LASTEXITCODE -ne 0) {
                $Log | Where-Object { "$_" -match 'error ' } | Sort-Object -Unique | ForEach-Object { [Console]::Error.WriteLine($_) }
                [Console]::Error.WriteLine('The build does not compile')
                exit 1
            }
            Set-Content $Stamp $Now
        }
    }
    finally { $Mutex.ReleaseMutex() }
}

if ($DotNet.StartsWith($Temp)) { $env:DOTNET_ROOT = Split-Path $DotNet }
& $DotNet $Program $args
exit $LASTEXITCODE
