using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Migrations.Safety;

/// <summary>
/// Comments that accept a finding: <c>-- maily-ignore rule, rule: why</c>, directly before the statement. One without a reason accepts
/// nothing and is a finding itself.
/// </summary>
public static partial class Suppressions
{
    /// <summary>The rule of a comment that gives no reason.</summary>
    public const string WithoutReason = "suppression-without-reason";

    /// <summary>The findings with their reasons, and those about comments without one.</summary>
    public static ImmutableArray<MigrationFinding> Apply(IEnumerable<MigrationFinding> findings, IEnumerable<MigrationFile> files)
    {
        var comments = files.SelectMany(Read).ToImmutableArray();
        var nameless = comments.Where(comment => comment.Reason.Length == 0).Select(comment => new MigrationFinding
        {
            Rule = WithoutReason, Severity = FindingSeverity.Error, Path = comment.Path, Line = comment.Line, Statement = "",
            Fact = "a comment accepts a finding and does not say why", Remedy = "Write `-- maily-ignore rule: why`.",
        });
        return
        [
            .. findings.Select(finding => comments.FirstOrDefault(comment => comment.Accepts(finding)) is { } accepted ? finding with { SuppressedBecause = accepted.Reason } : finding).Concat(nameless)
                .OrderByDescending(finding => finding.SuppressedBecause is null).ThenByDescending(finding => finding.Severity).ThenBy(finding => finding.Path, StringComparer.Ordinal).ThenBy(finding => finding.Line),
        ];
    }

    // A comment belongs to the statement whose text, with what precedes it, holds the comment before its first word.
    static IEnumerable<Suppression> Read(MigrationFile file) =>
        from statement in file.Statements
        let raw = file.Text[statement.Start..(statement.Start + statement.Raw.Length)]
        from Match match in Comment().Matches(raw)
        select new Suppression(file.Path, SourcePlace.Of(file.Text, statement.Start + match.Index).Line, SourcePlace.Of(file.Text, statement.Start + statement.Raw.Length).Line,
            [.. match.Groups["rules"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)], match.Groups["reason"].Value.Trim());

    sealed record Suppression(string Path, int Line, int LastLine, ImmutableArray<string> Rules, string Reason)
    {
        public bool Accepts(MigrationFinding finding) => Reason.Length > 0 && finding.Path == Path && finding.Line >= Line && finding.Line <= LastLine && Rules.Contains(finding.Rule);
    }

    [GeneratedRegex(@"^[ \t]*--[ \t]*maily-ignore[ \t]+(?<rules>[a-z0-9 ,-]+?)[ \t]*(?::(?<reason>[^\n]*))?\r?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Comment();
}
