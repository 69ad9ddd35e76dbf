using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Deployments;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>What a drill showed, for programs (<c>report.json</c>) and people (<c>report.html</c>).</summary>
public sealed record DrillReport
{
    const string Name = "report.json";

    /// <summary>Of a drill that has not begun.</summary>
    public static DrillReport Empty { get; } = new();

    /// <summary>Version of this form.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The seed.</summary>
    public int Seed { get; init; }

    /// <summary>The results, in the order in which they were got.</summary>
    public ImmutableArray<DrillResult> Results { get; init; } = [];

    /// <summary>How many ended as they may.</summary>
    public int Passed => Results.Count(result => result.End != DrilledEnd.Wrong);

    /// <summary>How many did not.</summary>
    public int Failed => Results.Length - Passed;

    /// <summary>Acknowledged rows that are missing, over all.</summary>
    public int LostRows => Results.Sum(result => result.LostRows);

    /// <summary>The median of the cells' wall times, in seconds.</summary>
    public double MedianSeconds => Results.IsEmpty ? 0 : Results.Select(result => result.Seconds).Order().ElementAt(Results.Length / 2);

    /// <summary>With one more result, in place of an older one of the same fault.</summary>
    public DrillReport With(DrillResult result) => this with { Results = [.. Results.Where(former => former.Fault != result.Fault), result] };

    /// <summary>The results of these faults alone.</summary>
    public DrillReport Only(ImmutableArray<Fault> faults) => this with { Results = [.. Results.Where(result => faults.Contains(result.Fault))] };

    /// <summary>Whether the fault has ended as it may.</summary>
    public bool IsPassed(Fault fault) => Results.Any(result => result.Fault == fault && result.End != DrilledEnd.Wrong);

    /// <summary>The last report of that folder; an empty one where there is none.</summary>
    public static DrillReport Read(string folder)
    {
        var file = Path.Combine(folder, Name);
        return File.Exists(file) ? JsonSerializer.Deserialize<DrillReport>(File.ReadAllText(file), DeploymentJson.Readable) ?? Empty : Empty;
    }

    /// <summary>Writes both files, whole or not at all.</summary>
    public void Write(string folder)
    {
        Replace(Path.Combine(folder, Name), JsonSerializer.Serialize(this, DeploymentJson.Readable));
        Replace(Path.Combine(folder, "report.html"), DrillText.Html(this));
    }

    static void Replace(string file, string text)
    {
        File.WriteAllText($"{file}.new", text);
        File.Move($"{file}.new", file, overwrite: true);
    }
}
