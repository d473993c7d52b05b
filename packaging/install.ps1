# Installs didit-mcp on Windows for this user, without administrator rights.
#
# It downloads the archive from the release page, compares it with the release's checksums, and puts the one program in place.
# Nothing is changed before the program was checked and started.
#
#   DIDIT_MCP_VERSION      such as 0.1.0, like the argument; the newest release otherwise
#   DIDIT_MCP_INSTALL_DIR  where the program goes; %LOCALAPPDATA%\Programs\didit-mcp otherwise
#   DIDIT_MCP_DOWNLOAD     the address of a mirror, laid out like the project's release page
param([string]$Version = $env:DIDIT_MCP_VERSION)

# A function, so that half a script that was piped into the shell does nothing, and `exit` does not close the window.
function Install-DiditMcp([string]$Version) {
    $ErrorActionPreference = 'Stop'
    # The progress bar of Windows PowerShell slows a download down by an order of magnitude.
    $ProgressPreference = 'SilentlyContinue'
    # Windows PowerShell 5.1 offers older protocols first.
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

    # Windows on ARM runs programs for x86-64 too; a system of 32 bits does not.
    if (-not [Environment]::Is64BitOperatingSystem) {
        throw 'didit-mcp was not installed: there is no release for systems of 32 bits'
    }
    if (-not $Version) { $Version = 'latest' }
    $Version = $Version -replace '^v', ''
    if ($Version -notmatch '^[0-9A-Za-z.+-]+$') {
        throw "didit-mcp was not installed: $Version is not a version such as 0.1.0"
    }
    $releases = $env:DIDIT_MCP_DOWNLOAD
    if (-not $releases) { $releases = 'https://github.com/didit-mcp/didit-mcp/releases' }
    $releases = $releases.TrimEnd('/')
    $from = if ($Version -eq 'latest') { "$releases/latest/download" } else { "$releases/download/v$Version" }
    $folder = $env:DIDIT_MCP_INSTALL_DIR
    if (-not $folder) { $folder = Join-Path $env:LOCALAPPDATA 'Programs\didit-mcp' }
    $archive = 'didit-mcp-x86_64-pc-windows-msvc.zip'

    New-Item -ItemType Directory -Force -Path $folder | Out-Null
    # Beside its final place, so that the last step is a rename.
    $stage = Join-Path $folder ('.didit-mcp.' + [Guid]::NewGuid().ToString('N'))
    New-Item -ItemType Directory -Path $stage | Out-Null
    try {
        $sums = Join-Path $stage 'SHA256SUMS'
        Invoke-WebRequest -UseBasicParsing -Uri "$from/SHA256SUMS" -OutFile $sums
        $line = Get-Content $sums | Where-Object { ($_ -split '\s+\*?', 2)[1] -eq $archive } | Select-Object -First 1
        if (-not $line) { throw "didit-mcp was not installed: the release has no $archive" }
        $expected = ($line -split '\s+', 2)[0]
        $file = Join-Path $stage $archive
        Invoke-WebRequest -UseBasicParsing -Uri "$from/$archive" -OutFile $file
        $actual = (Get-FileHash -Algorithm SHA256 $file).Hash
        if ($actual -ne $expected) {
            throw "didit-mcp was not installed: the checksum of $archive is $actual, not $expected as the release says; the download was damaged or exchanged"
        }
        Expand-Archive -Path $file -DestinationPath $stage
        $installed = & (Join-Path $stage 'didit-mcp.exe') --version
        if ($LASTEXITCODE -ne 0) { throw 'didit-mcp was not installed: the program does not start here' }
        # A program that a client still runs cannot be replaced, but it can be renamed; the next install clears it away.
        $program = Join-Path $folder 'didit-mcp.exe'
        $old = "$program.old"
        Remove-Item -Force $old -ErrorAction SilentlyContinue
        if (Test-Path $program) { Move-Item -Force $program $old }
        Move-Item (Join-Path $stage 'didit-mcp.exe') $program
        Remove-Item -Force $old -ErrorAction SilentlyContinue
    }
    finally {
        Remove-Item -Recurse -Force $stage -ErrorAction SilentlyContinue
    }

    Write-Output "$installed is now $program"
    if (($env:PATH -split ';') -contains $folder) {
        Write-Output 'Try it, with nothing real: didit-mcp demo'
    }
    else {
        Write-Output "Try it, with nothing real: & '$program' demo"
        Write-Output "$folder is not on your PATH. Add it for new windows:"
        Write-Output "  [Environment]::SetEnvironmentVariable('Path', [Environment]::GetEnvironmentVariable('Path', 'User') + ';$folder', 'User')"
    }
}

Install-DiditMcp $Version
