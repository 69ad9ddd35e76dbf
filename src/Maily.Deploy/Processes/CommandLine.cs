using System.Collections.Immutable;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Processes;

/// <summary>A command as a value: what would be run, printable, comparable, without a secret in its arguments.</summary>
public sealed record CommandLine
{
    /// <summary>Name on PATH, or full path.</summary>
    public required string Executable { get; init; }

    /// <summary>Arguments as they are passed, unquoted. Never a secret: the process list shows them to every user.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Variables added to the environment of this process; secrets go here.</summary>
    public ImmutableDictionary<string, Secret> Environment { get; init; } = ImmutableDictionary<string, Secret>.Empty;

    /// <summary>Variables that make it quicker and change nothing of what it does: they are not told, and no secret.</summary>
    public ImmutableDictionary<string, string> Tuning { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The folder to run in; null for the present one.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What of its last lines may be told where it fails; null tells them as they are.</summary>
    public Func<string, string>? Tells { get; init; }

    /// <summary>A command from its words.</summary>
    public static CommandLine Of(string executable, params IEnumerable<string> arguments) =>
        new() { Executable = executable, Arguments = [.. arguments] };

    /// <summary>The command as one would type it, with variables masked.</summary>
    public override string ToString() => string.Join(' ',
        Environment.Keys.Order(StringComparer.Ordinal).Select(key => $"{key}={Secret.Mask}")
            .Append(Executable).Concat(Arguments.Select(Quote)));

    static string Quote(string argument) =>
        argument.Length > 0 && argument.All(character => char.IsLetterOrDigit(character) || "-_./:=@,+%".Contains(character, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
