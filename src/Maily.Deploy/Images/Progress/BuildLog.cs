using System.Globalization;
using System.Text.RegularExpressions;
using Docker.DotNet.Models;

namespace Maily.Deploy.Images.Progress;

/// <summary>Follows what the engine says of a build or a push: the present step, the last lines, the error, the digest.</summary>
sealed partial class BuildLog(ImageProgress progress) : IProgress<JSONMessage>
{
    const int Kept = 20;

    readonly Queue<string> tail = new();

    /// <summary>The step as the engine prints it: <c>Step 3/7 : RUN make</c>.</summary>
    public string? Instruction { get; private set; }

    /// <summary>The step's number, counted from 1; 0 before the first.</summary>
    public int Step { get; private set; }

    /// <summary>What the engine says went wrong.</summary>
    public string? Error { get; private set; }

    /// <summary>The digest that the registry answered to a push.</summary>
    public string? Digest { get; private set; }

    /// <summary>The last lines.</summary>
    public string Tail => string.Join(Environment.NewLine, tail);

    /// <inheritdoc/>
    public void Report(JSONMessage value)
    {
        Error ??= value.Error?.Message ?? value.ErrorMessage;
        Digest ??= value.Aux?.ExtensionData?.TryGetValue("Digest", out var digest) == true ? digest?.ToString() : null;
        if (value.ID is { } layer && value.Status is { } status)
            progress.Layer(layer, status, value.Progress?.Current ?? 0, value.Progress?.Total ?? 0);
        foreach (var line in LinesOf(value))
        {
            if (value.ID is null)
                Say(line);
            tail.Enqueue(line);
            if (tail.Count > Kept)
                tail.Dequeue();
        }
    }

    static string[] LinesOf(JSONMessage message) => message.Stream?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        ?? (message.Progress is null && message.Status is { } status ? [message.ID is null ? status : $"{message.ID}: {status}"] : []);

    void Say(string line)
    {
        if (InstructionForm().Match(line) is { Success: true } step)
        {
            (Instruction, Step) = (step.Value, int.Parse(step.Groups["number"].Value, CultureInfo.InvariantCulture));
            progress.Step($"{step.Groups["number"].Value}/{step.Groups["of"].Value}", step.Groups["what"].Value);
        }
        else
        {
            progress.Line(line);
        }
    }

    [GeneratedRegex("^Step (?<number>[0-9]+)/(?<of>[0-9]+) : (?<what>.*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InstructionForm();
}
