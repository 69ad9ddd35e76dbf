using Nuke.Common;
using Nuke.Common.CI;
using NukeRunner.Parameters;

namespace NukeRunner.Runs;

/// <summary>The options that every build has.</summary>
internal sealed record Options
{
    /// <summary>Names and descriptions, as the help shows them.</summary>
    public static readonly IReadOnlyList<(string Name, string Description)> Known =
    [
        ("continue", "Indicates to continue a previously failed build attempt."),
        ("grace", "Time that running targets have after Ctrl+C before they are aborted, such as '30s'. Default is '30s'."),
        ("help", "Shows the help text for this build assembly."),
        ("host", "Host for execution. Default is 'automatic'."),
        ("no-logo", "Disables displaying the first line."),
        ("parallel", "How many targets may run at once; 1 is one after another. Default is the number of processors."),
        ("plan", "Shows the execution plan (text, and HTML in .nuke/temp)."),
        ("profile", "Defines the profiles to load."),
        ("root", "Root directory during build execution."),
        ("skip", "List of targets to be skipped. Empty list skips all dependencies."),
        ("target", "List of targets to be invoked. Default is '{default}'."),
        ("verbosity", "Logging verbosity during build execution. Default is 'Normal'."),
    ];

    /// <summary>Options for tools, not shown by the help.</summary>
    public static readonly IReadOnlyList<string> Hidden =
        ["partition", "generate-configuration", "shell-completion", "complete", "h"];

    public bool Continue { get; init; }
    public bool Help { get; init; }
    public bool Plan { get; init; }
    public bool NoLogo { get; init; }
    public string? Host { get; init; }
    public int Parallel { get; init; }
    public TimeSpan Grace { get; init; }
    public string[] Profiles { get; init; } = [];
    public string[]? Skip { get; init; }
    public string[]? Targets { get; init; }
    public Verbosity Verbosity { get; init; }
    public Partition Partition { get; init; } = Partition.Single;
    public string? GenerateConfiguration { get; init; }
    public string? ShellCompletion { get; init; }
    public bool Complete { get; init; }

    /// <summary>Options have environment variables too, but only with the prefix <c>NUKE_</c>: HOST is taken.</summary>
    public static Options Read(CommandLine line, ParameterValues values)
    {
        T? Get<T>(string name) => values.GetOption(name, typeof(T)) is T value ? value : default;
        return new Options
        {
            Continue = Get<bool>("continue"),
            Help = Get<bool>("help") || line.Has("h"),
            Plan = Get<bool>("plan"),
            NoLogo = Get<bool>("no-logo"),
            Host = Get<string>("host"),
            Parallel = Get<int?>("parallel") ?? Math.Max(2, Environment.ProcessorCount),
            Grace = Get<TimeSpan?>("grace") ?? TimeSpan.FromSeconds(30),
            Profiles = Get<string[]>("profile") ?? [],
            Skip = Names(Get<string[]>("skip")),
            Targets = Names(Get<string[]>("target") ?? line.Positional),
            Verbosity = Get<Verbosity?>("verbosity") ?? Verbosity.Normal,
            Partition = Get<Partition>("partition") ?? Partition.Single,
            GenerateConfiguration = Get<string>("generate-configuration"),
            ShellCompletion = Get<string>("shell-completion"),
            Complete = line.Has("complete"),
        };
    }

    static string[]? Names(string[]? names) => names is null ? null : [.. names.SelectMany(x => x.Split('+'))];
}
