using Maily.Deploy.Components;
using Maily.Deploy.Processes;
using Nuke.Common;
using Serilog;

partial class Build
{
    [Parameter("Configuration to build. Default is 'Debug', which tests run")]
    readonly string Configuration = "Debug";

    [Parameter("Test projects to run, by a part of their names. Default is all")]
    readonly string[] Projects = [];

    Target Setup => _ => _
        .Description("Installs what rehearsals and tests need on this machine; the first time it takes minutes")
        .ExecutesAsync(cancellation => new SettingUp(RootDirectory).RunAsync(cancellation));

    Target Compile => _ => _
        .Description("Compiles everything; warnings are errors")
        .ExecutesAsync(cancellation => DotNet(cancellation, "build", RootDirectory / "Maily.Deploy.slnx", "--configuration", Configuration, "--nologo", "-v", "quiet"));

    Target Test => _ => _
        .Description("Runs all tests: units, components, and rehearsals against real parts")
        .DependsOn(Compile)
        .ExecutesAsync(cancellation => new Testing(RootDirectory, Configuration).RunAsync(Projects, cancellation));

    Target Benchmark => _ => _
        .Description("Measures speed and memory, each against the tool a user would take instead")
        .ExecutesAsync(cancellation => DotNet(cancellation, "run", "--configuration", "Release", "--project", RootDirectory / "tests" / "Maily.Deploy.Benchmarks", "--", "--filter", "*"));

    Target Pack => _ => _
        .Description("Packs the domain library as a NuGet package; the components too when built on the real NUKE")
        .ExecutesAsync(cancellation => DotNet(cancellation, "pack", RootDirectory / "Maily.Deploy.slnx", "--configuration", "Release", "--nologo", "-v", "quiet", "--output", RootDirectory / "artifacts" / "packages"));

    Target Format => _ => _
        .Description("Formats the code by .editorconfig")
        .ExecutesAsync(cancellation => DotNet(cancellation, "format", RootDirectory / "Maily.Deploy.slnx", "--verbosity", "quiet"));

    System.Threading.Tasks.Task DotNet(System.Threading.CancellationToken cancellation, params string[] arguments) =>
        new ProcessRunner(System.TimeProvider.System).RunAsync(CommandLine.Of("dotnet", arguments), line => Log.Information("{Line:l}", line), cancellation);
}
