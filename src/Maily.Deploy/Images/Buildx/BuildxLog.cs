using System.Globalization;
using System.Text.RegularExpressions;
using Maily.Deploy.Images.Progress;

namespace Maily.Deploy.Images.Buildx;

/// <summary>Follows what <c>docker buildx build --progress plain</c> prints.</summary>
sealed partial class BuildxLog(ImageProgress progress)
{
    const int Kept = 20;

    readonly Lock gate = new();
    readonly Queue<string> tail = new();

    /// <summary>The failing instruction, where it was named.</summary>
    public string? Instruction { get; private set; }

    /// <summary>The line of the Dockerfile that failed, counted from 1.</summary>
    public int? Line { get; private set; }

    /// <summary>What went wrong.</summary>
    public string? Error { get; private set; }

    /// <summary>The last lines before the error.</summary>
    public string Tail
    {
        get
        {
            lock (gate)
                return string.Join(Environment.NewLine, tail);
        }
    }

    /// <summary>Takes a line of its output.</summary>
    public void Take(string line)
    {
        lock (gate)
        {
            Note(line);
            tail.Enqueue(line);
            if (tail.Count > Kept)
                tail.Dequeue();
        }
    }

    void Note(string line)
    {
        if (StepForm().Match(line) is { Success: true } step)
            progress.Step(step.Groups["number"].Value, step.Groups["what"].Value);
        else
            progress.Line(line);
        if (PlaceForm().Match(line) is { Success: true } place)
            Line = int.Parse(place.Groups["line"].Value, CultureInfo.InvariantCulture);
        if (FailedForm().Match(line) is { Success: true } failed)
            Instruction = failed.Groups["what"].Value;
        if (ErrorForm().Match(line) is { Success: true } error)
            Error = error.Groups["what"].Value;
    }

    [GeneratedRegex(@"^#[0-9]+ \[(?:[^\]]* )?(?<number>[0-9]+/[0-9]+)\] (?<what>.+)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StepForm();

    [GeneratedRegex(@"^\S*[Dd]ockerfile\S*:(?<line>[0-9]+)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PlaceForm();

    [GeneratedRegex(@"^ > \[(?:[^\]]* )?[0-9]+/[0-9]+\] (?<what>.+?):?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FailedForm();

    [GeneratedRegex(@"^ERROR: (?:failed to build: )?(?:failed to solve: )?(?<what>.+)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ErrorForm();
}
