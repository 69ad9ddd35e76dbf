using System.Reflection;
using System.Runtime.InteropServices;
using CliWrap;
using CliWrap.Buffered;
using Microsoft.Extensions.Logging;
using Nuke.Common.IO;

/// <summary>
/// This build compiled to machine code: a drill starts it again and again, and each start would compile it anew for a second or two.
/// With the framework, so that what is generic in that is compiled too, another second less; it takes minutes longer to make.
/// </summary>
sealed class CompiledAhead(AbsolutePath root, ILogger log)
{
    readonly AbsolutePath folder = root / "artifacts" / "drill" / "build";

    /// <summary>The path of its program; this one's own where it cannot be made.</summary>
    /// <param name="isForMany">Whether it is started so often that compiling the framework too pays off.</param>
    /// <param name="cancellation">Aborts.</param>
    public async Task<string> ProgramAsync(bool isForMany, CancellationToken cancellation)
    {
        var (program, other) = isForMany ? (folder / "whole", folder / "program") : (folder / "program", folder / "whole");
        // What was compiled for the other does not run in this one, and is of the same age.
        if (other.DirectoryExists())
            (root / "build" / "obj" / "Release").DeleteDirectory();
        var made = await Cli.Wrap("dotnet")
            .WithArguments(["publish", root / "build" / "_build.csproj", "--nologo", "--verbosity", "quiet", "--runtime", RuntimeInformation.RuntimeIdentifier, "--self-contained", isForMany ? "true" : "false",
                "--artifacts-path", folder, "--output", program, "-nodeReuse:false", "-p:PublishReadyToRun=true", $"-p:PublishReadyToRunComposite={isForMany}", "-p:PublishReadyToRunCrossgen2ExtraArgs=--instruction-set:native", "-p:ClassStateMachines=true", "-p:UseSharedCompilation=false"])
            .WithWorkingDirectory(root).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellation);
        if (made.IsSuccess)
            return program / (isForMany ? "_build" : "_build.dll");
        log.LogInformation("The build is not compiled ahead, each deployment starts slower: {Reason}", made.StandardOutput.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))?.Trim());
        return Assembly.GetExecutingAssembly().Location;
    }
}
