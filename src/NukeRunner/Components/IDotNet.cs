using CliWrap;
using Nuke.Common;
using Nuke.Common.IO;
using NukeRunner;
using Serilog;

namespace Nuke.Components;

/// <summary>Restores the packages of the solution.</summary>
public interface IRestore : IHazSolution
{
    /// <summary><c>dotnet restore</c></summary>
    Target Restore => _ => _
        .Executes(() => DotNet.Run(RootDirectory, ["restore", Solution]));
}

/// <summary>Compiles the solution.</summary>
public interface ICompile : IRestore, IHazConfiguration
{
    /// <summary><c>dotnet build</c></summary>
    Target Compile => _ => _
        .DependsOn(Restore)
        .Executes(() => DotNet.Run(RootDirectory, ["build", Solution, "--no-restore", "--configuration", Configuration, "--nologo", "-v", "q"]));
}

/// <summary>Runs the tests of the solution.</summary>
public interface ITest : ICompile, IHazArtifacts
{
    /// <summary>Where the results go.</summary>
    AbsolutePath TestResultDirectory => ArtifactsDirectory / "test-results";

    /// <summary><c>dotnet test</c></summary>
    Target Test => _ => _
        .DependsOn(Compile)
        .Produces(TestResultDirectory / "*.trx")
        .Executes(() => DotNet.Run(RootDirectory, ["test", "--solution", Solution, "--no-build", "--configuration", Configuration]));
}

/// <summary>Makes the packages of the solution.</summary>
public interface IPack : ICompile, IHazArtifacts
{
    /// <summary>Where the packages go.</summary>
    AbsolutePath PackagesDirectory => ArtifactsDirectory / "packages";

    /// <summary><c>dotnet pack</c></summary>
    Target Pack => _ => _
        .DependsOn(Compile)
        .Produces(PackagesDirectory / "*.nupkg")
        .Executes(() => DotNet.Run(
            RootDirectory, ["pack", Solution, "--no-build", "--configuration", Configuration, "--output", PackagesDirectory, "--nologo"]));
}

/// <summary>Runs the SDK; what it prints goes to the log, and stop and abort reach it.</summary>
internal static class DotNet
{
    public static void Run(AbsolutePath folder, string[] arguments)
    {
        var cancellation = Cancellation.Current;
        var (stop, abort) = (cancellation.Stop, cancellation.Abort);
        Log.Information("> dotnet {Arguments}", string.Join(' ', arguments));
        Cli.Wrap("dotnet").WithArguments(arguments).WithWorkingDirectory(folder)
            .WithStandardOutputPipe(PipeTarget.ToDelegate(x => Log.Information("{Line}", x)))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(x => Log.Error("{Line}", x)))
            .ExecuteAsync(forcefulCancellationToken: abort, gracefulCancellationToken: stop)
            .GetAwaiter().GetResult();
    }
}
