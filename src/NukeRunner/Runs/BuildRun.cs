using Nuke.Common;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.IO;
using NukeRunner.Output;
using NukeRunner.Parameters;

namespace NukeRunner.Runs;

/// <summary>Everything that belongs to one run of a build. The static members of NUKE's API find it here.</summary>
internal sealed class BuildRun
{
    static readonly AsyncLocal<BuildRun?> Flowing = new();
    static readonly Lazy<BuildRun> Outside = new(() => new BuildRun(Invocation.OfThisProcess() with { Arguments = [] }));

    public BuildRun(Invocation invocation)
    {
        Invocation = invocation;
        Locations = new Locations(invocation.WorkingDirectory);
        CommandLine = new CommandLine(invocation.Arguments);
        RootDirectory = FindRoot();
        var files = new ParameterFiles(RootDirectory);
        Values = new ParameterValues(
            CommandLine, invocation.Variables, files, Mask, invocation.WorkingDirectory, RootDirectory);
        files.Load(CommandLine.Values("profile") ?? []);
        Options = Options.Read(CommandLine, Values);
        Verbosity = Options.Verbosity;
        Host = Host.Find(Options.Host, invocation.Variables);
        Output = new RunOutput(invocation.Console, Style(), Mask);
        Log = new RunLog(this);
        Cancellation = new RunCancellation(invocation.Time, Options.Grace, x => Output.Line(x));
    }

    /// <summary>The run that the calling code belongs to; outside of any, one without arguments.</summary>
    public static BuildRun Current => Flowing.Value ?? Outside.Value;

    public Invocation Invocation { get; }
    public Locations Locations { get; }
    public CommandLine CommandLine { get; }
    public Options Options { get; }
    public ParameterValues Values { get; }
    public SecretMask Mask { get; } = new();
    public AbsolutePath RootDirectory { get; }
    public AbsolutePath TemporaryDirectory => RootDirectory / ".nuke" / "temp";
    public Verbosity Verbosity { get; set; }
    public Host Host { get; set; }
    public RunOutput Output { get; }
    public RunLog Log { get; }
    public RunCancellation Cancellation { get; }
    public Hooks Hooks { get; set; } = Hooks.None;

    /// <summary>Makes this the run that the calling code, and all that it starts, belongs to.</summary>
    public void Enter() => Flowing.Value = this;

    public static void Leave() => Flowing.Value = null;

    AbsolutePath FindRoot() => CommandLine.Values("root") switch
    {
        [var given, ..] => AbsolutePath.Create(Path.Combine(Invocation.WorkingDirectory, given)),
        [] => AbsolutePath.Create(Invocation.WorkingDirectory),
        _ => Locations.Root,
    };

    IOutputStyle Style()
        => Host is GitHubActions
            ? new GitHubActionsStyle()
            : new BoxStyle(Invocation.Console.IsTerminal && !Invocation.Variables.ContainsKey("NO_COLOR"));
}
