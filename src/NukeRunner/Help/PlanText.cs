using System.Net;
using Nuke.Common.Execution;
using Nuke.Common.IO;

namespace NukeRunner.Help;

/// <summary>What <c>--plan</c> shows: the targets in order, and why each waits.</summary>
internal static class PlanText
{
    public static IEnumerable<string> Write(IReadOnlyList<ExecutableTarget> plan, AbsolutePath folder)
    {
        var page = (folder / "execution-plan.html").WriteAllText(Html(plan));
        return ["", "Execution plan:", "", .. plan.Select((x, i) => $"  {i + 1,2}. {x.Name}{Note(x)}{After(x, plan)}"), "", $"As a page: {page}"];
    }

    static string Note(ExecutableTarget target)
        => target.Status == ExecutionStatus.Skipped
            ? $" (skipped{(target.Skipped is null ? "" : " " + target.Skipped)}{(target.OnlyWhen is null ? "" : ", only when " + target.OnlyWhen)})"
            : "";

    static string After(ExecutableTarget target, IReadOnlyList<ExecutableTarget> plan)
    {
        var names = target.AllDependencies.Where(plan.Contains).Select(x => x.Name).ToArray();
        return names.Length == 0 ? "" : $" <- {string.Join(", ", names)}";
    }

    static string Html(IReadOnlyList<ExecutableTarget> plan)
    {
        var rows = plan.Select(x =>
            $"<tr><td>{Text(x.Name)}</td><td>{Text(x.Description ?? "")}</td><td>{Text(After(x, plan).TrimStart(' ', '<', '-'))}</td><td>{Text(Note(x).Trim())}</td></tr>");
        return $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Execution plan</title>
            <style>body {"{"} font-family: sans-serif {"}"} td, th {"{"} text-align: left; padding: .3em 1em {"}"}</style></head>
            <body><h1>Execution plan</h1><table><tr><th>Target</th><th>Description</th><th>Runs after</th><th></th></tr>
            {string.Join('\n', rows)}
            </table></body></html>
            """;
    }

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
