using Nuke.Common.Execution;
using NukeRunner.Parameters;

namespace NukeRunner.Output;

/// <summary>The table at the end of a run.</summary>
internal static class Summary
{
    const int Column = 10;

    public static IEnumerable<string> Table(IReadOnlyCollection<ExecutableTarget> plan, TimeSpan total)
    {
        var names = Math.Max(19, plan.Select(x => x.Name.Length + 4).DefaultIfEmpty().Max());
        var width = names + Column + Column;
        string Row(string name, string status, string duration, string comment)
            => name.PadRight(names) + status.PadRight(Column) + duration.PadLeft(Column) + comment;
        return
        [
            "",
            new string('═', width),
            Row("Target", "Status", "Duration", ""),
            new string('─', width),
            .. plan.Select(x => Row(x.Name, x.Status.ToString(), Duration(x), Comment(x))),
            new string('─', width),
            Row("Total", "", Durations.Show(total), ""),
            new string('═', width),
        ];
    }

    public static string LastLine(bool succeeded, DateTimeOffset at)
    {
        var time = at.ToString("MM/dd/yyyy HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        return succeeded ? $"Build succeeded on {time}. ＼（＾ᴗ＾）／" : $"Build failed on {time}. (╯°□°）╯︵ ┻━┻";
    }

    /// <summary>The same for GitHub's page of the run.</summary>
    public static IEnumerable<string> Markdown(IReadOnlyCollection<ExecutableTarget> plan) =>
    [
        "| Target | Status | Duration | |",
        "| --- | --- | ---: | --- |",
        .. plan.Select(x => $"| {x.Name} | {x.Status} | {Duration(x)} | {Comment(x).TrimStart(' ', '/').Replace("|", "\\|", StringComparison.Ordinal)} |"),
        "",
    ];

    static string Duration(ExecutableTarget target)
        => target.Status is ExecutionStatus.Succeeded or ExecutionStatus.Failed or ExecutionStatus.Aborted
            ? Durations.Show(target.Duration)
            : "";

    static string Comment(ExecutableTarget target)
    {
        var parts = new List<string>();
        if (target.Skipped is not null)
            parts.Add($"Skipped: {target.Skipped}");
        if (target.OnlyWhen is not null)
            parts.Add($"OnlyWhen: {target.OnlyWhen}");
        parts.AddRange(target.SummaryInformation.Select(x => $"{x.Key}: {x.Value}"));
        return parts.Count == 0 ? "" : "   // " + string.Join(", ", parts);
    }
}
