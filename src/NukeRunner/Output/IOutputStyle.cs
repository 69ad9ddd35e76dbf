using Serilog.Events;

namespace NukeRunner.Output;

/// <summary>How targets and messages look on a host.</summary>
internal interface IOutputStyle
{
    IEnumerable<string> Header(string title);
    IEnumerable<string> Footer(string title);

    /// <summary>A line of the given level, with what the host needs to notice it.</summary>
    IEnumerable<string> Message(LogEventLevel level, string message, string line);
}

/// <summary>NUKE's boxes.</summary>
internal sealed class BoxStyle(bool colours) : IOutputStyle
{
    public IEnumerable<string> Header(string title) =>
    [
        "",
        "╬" + new string('═', title.Length + 5),
        "║ " + (colours ? $"\e[1;36m{title}\e[0m" : title),
        "╬" + new string('═', Math.Max(2, title.Length - 4)),
        "",
    ];

    public IEnumerable<string> Footer(string title) => [];

    public IEnumerable<string> Message(LogEventLevel level, string message, string line) => (colours, level) switch
    {
        (true, LogEventLevel.Warning) => [$"\e[33m{line}\e[0m"],
        (true, LogEventLevel.Error or LogEventLevel.Fatal) => [$"\e[31m{line}\e[0m"],
        (true, LogEventLevel.Debug or LogEventLevel.Verbose) => [$"\e[90m{line}\e[0m"],
        _ => [line],
    };
}

/// <summary>Groups and commands of GitHub Actions.</summary>
internal sealed class GitHubActionsStyle : IOutputStyle
{
    public IEnumerable<string> Header(string title) => [$"::group::{title}"];

    public IEnumerable<string> Footer(string title) => [$"::endgroup::{title}"];

    public IEnumerable<string> Message(LogEventLevel level, string message, string line) => level switch
    {
        LogEventLevel.Warning => [$"::warning::{Escape(message)}", line],
        LogEventLevel.Error or LogEventLevel.Fatal => [$"::error::{Escape(message)}", line],
        _ => [line],
    };

    public static string Escape(string text)
        => text.Replace("%", "%25", StringComparison.Ordinal)
            .Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
}
