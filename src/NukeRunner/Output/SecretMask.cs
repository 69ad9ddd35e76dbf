using System.Collections.Concurrent;

namespace NukeRunner.Output;

/// <summary>Replaces the values of secrets in everything that is printed.</summary>
internal sealed class SecretMask
{
    /// <summary>Shorter texts are no secrets, and hiding them would garble every line.</summary>
    const int Shortest = 4;

    readonly ConcurrentDictionary<string, bool> secrets = new(StringComparer.Ordinal);

    /// <summary>Adds values; of those with several lines, each line.</summary>
    public void Add(IEnumerable<string> values)
    {
        foreach (var line in values.SelectMany(x => x.Split('\n', StringSplitOptions.TrimEntries)))
        {
            if (line.Length >= Shortest)
                secrets[line] = true;
        }
    }

    public string Apply(string text)
        => secrets.Keys.OrderByDescending(x => x.Length)
            .Aggregate(text, (masked, secret) => masked.Replace(secret, "***", StringComparison.Ordinal));
}
