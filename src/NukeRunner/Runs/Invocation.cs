using System.Collections;
using NukeRunner.Output;

namespace NukeRunner.Runs;

/// <summary>All that a run takes from the process around it.</summary>
internal sealed record Invocation
{
    public required IReadOnlyList<string> Arguments { get; init; }
    public required IReadOnlyDictionary<string, string> Variables { get; init; }
    public required string WorkingDirectory { get; init; }
    public required IConsole Console { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Tests run many builds in one process, which signals must not reach.</summary>
    public bool HandlesSignals { get; init; }

    public static Invocation OfThisProcess() => new()
    {
        Arguments = Environment.GetCommandLineArgs()[1..],
        Variables = VariablesOfThisProcess(),
        WorkingDirectory = Environment.CurrentDirectory,
        Console = new SystemConsole(),
        HandlesSignals = true,
    };

    public static IReadOnlyDictionary<string, string> VariablesOfThisProcess()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }
}
