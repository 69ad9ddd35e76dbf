using System.Collections.Immutable;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Backups.Sealing;

/// <summary>The keys of an environment's backups: the first one seals, all of them open, so that keys can be changed.</summary>
public sealed class BackupKeys
{
    /// <summary>The variable that holds them: each 32 bytes in base64 or hexadecimal, several separated by commas.</summary>
    public const string Variable = "MAILY_BACKUP_KEY";

    /// <summary>How to make one, for remedies.</summary>
    public const string HowToMake = $"Make one with `openssl rand -base64 32`, keep it where the backups are not, and put it into {Variable}.";

    const string Form = "32 bytes in base64 or 64 hexadecimal digits; several keys separated by commas";

    BackupKeys(ImmutableArray<BackupKey> all) => All = all;

    /// <summary>All of them, the one that seals first.</summary>
    public ImmutableArray<BackupKey> All { get; }

    /// <summary>The one that seals.</summary>
    public BackupKey Current => All[0];

    /// <summary>The keys of <c>MAILY_BACKUP_KEY</c>; null where it is not set.</summary>
    /// <exception cref="MalformedVariableException">It is set but holds something else; the value is not shown.</exception>
    public static BackupKeys? From(Variables variables) =>
        variables.FindSecret(Variable) is { } secret ? Parse(secret) : null;

    /// <summary>Reads the text of the variable.</summary>
    /// <exception cref="MalformedVariableException">It holds something else; the value is not shown.</exception>
    public static BackupKeys Parse(Secret text) =>
        new([.. text.Reveal().Split(',', StringSplitOptions.TrimEntries).Select(One)]);

    /// <summary>The key with that id.</summary>
    /// <exception cref="BackupKeyMissingException">None of them has it.</exception>
    public BackupKey Require(string id) => All.FirstOrDefault(key => key.Id == id) ?? throw new BackupKeyMissingException(id, this);

    /// <summary>Their ids only.</summary>
    public override string ToString() => string.Join(", ", All);

    static BackupKey One(string text)
    {
        var bytes = new byte[BackupKey.Size];
        if (text.Length == 2 * BackupKey.Size && Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == BackupKey.Size)
            return new(bytes);
        var decoded = new byte[text.Length];
        return Convert.TryFromBase64String(text, decoded, out var count) && count == BackupKey.Size
            ? new(decoded[..count])
            : throw new MalformedVariableException(Variable, Form);
    }
}
