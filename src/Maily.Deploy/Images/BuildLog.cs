using System.Text.RegularExpressions;
using Docker.DotNet.Models;

namespace Maily.Deploy.Images;

/// <summary>Follows what the engine says of a build or a push: the present instruction, the last lines, the error, the digest.</summary>
sealed partial class BuildLog(Action<string>? onLine) : IProgress<JSONMessage>
{
    const int Kept = 20;

    readonly Queue<string> tail = new();

    public string? Instruction { get; private set; }

    public string? Error { get; private set; }

    public string? Digest { get; private set; }

    public string Tail => string.Join(Environment.NewLine, tail);

    public void Report(JSONMessage value)
    {
        Error ??= value.Error?.Message ?? value.ErrorMessage;
        Digest ??= value.Aux?.ExtensionData?.TryGetValue("Digest", out var digest) == true ? digest?.ToString() : null;
        foreach (var line in LinesOf(value))
            Keep(line);
    }

    static string[] LinesOf(JSONMessage message) => message.Stream?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        ?? (message.Progress is null && message.Status is { } status ? [message.ID is null ? status : $"{message.ID}: {status}"] : []);

    void Keep(string line)
    {
        if (InstructionForm().Match(line) is { Success: true } step)
            Instruction = step.Value;
        tail.Enqueue(line);
        if (tail.Count > Kept)
            tail.Dequeue();
        onLine?.Invoke(line);
    }

    [GeneratedRegex("^Step [0-9]+/[0-9]+ : .*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InstructionForm();
}
