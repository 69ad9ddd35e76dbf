using System.Reflection;
using System.Runtime.InteropServices;
using CliWrap;
using CliWrap.Buffered;
using Microsoft.Extensions.Logging;
using Nuke.Common.IO;

/// <summary>This build compiled to machine code: a drill starts it hundreds of times, and each start would compile it anew for a second or two.</summary>
sealed class CompiledAhead(AbsolutePath root, ILogger log)
{
    readonly AbsolutePath folder = root / "artifacts" / "drill" / "build";

    /// <summary>The path of its program; this one's own where it cannot be made.</summary>
    public async Task<string> ProgramAsync(CancellationToken cancellation)
    {
        var program = folder / "program";
        var made = await Cli.Wrap("dotnet")
            .WithArguments(["publish", root / "build" / "_build.csproj", "--nologo", "--verbosity", "quiet", "--runtime", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false",
                "--artifacts-path", folder, "--output", program, "-nodeReuse:false", "-p:PublishReadyToRun=true", "-p:ClassStateMachines=true", "-p:UseSharedCompilation=false"])
            .WithWorkingDirectory(root).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellation);
        if (made.IsSuccess)
            return program / "_build.dll";
        log.LogInformation("The build is not compiled ahead, each deployment starts slower: {Reason}", made.StandardOutput.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))?.Trim());
        return Assembly.GetExecutingAssembly().Location;
    }
}
