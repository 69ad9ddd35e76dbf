namespace Maily.Deploy.Backups.Sealing;

/// <summary>A backup is sealed, and none of the keys at hand opens it.</summary>
public sealed class BackupKeyMissingException(string needed, BackupKeys? present)
    : DeployException($"The backup is sealed with key {needed}, and {(present is null ? $"{BackupKeys.Variable} is not set" : $"{BackupKeys.Variable} holds {present}")}.",
        $"Put that key into {BackupKeys.Variable}; after the present one, separated by a comma, where the keys have changed since.")
{
    /// <summary>The id of the key that is needed.</summary>
    public string Needed { get; } = needed;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A sealed file ends before its end.</summary>
public sealed class SealedFileTruncatedException(string file)
    : DeployException($"{file} is truncated: it ends before its sealed end.", "Do not restore this backup; take another one, and find out what cut it off.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>Something follows the sealed end of a file.</summary>
public sealed class SealedFileAppendedException(string file)
    : DeployException($"{file} goes on after its sealed end.", "Do not restore this backup; take another one, and find out who wrote to it.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A sealed file was changed after it was sealed.</summary>
public sealed class SealedFileAlteredException(string file, string where)
    : DeployException($"{file} was changed after it was sealed: {where}.", "Do not restore this backup; take another one, and find out whether the disk or a person changed it.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A sealed file is whole, but it is another one than the one that belongs there.</summary>
public sealed class SealedFileSwappedException(string wanted, string found)
    : DeployException($"In the place of {wanted} stands {found}.", "Do not restore this backup; take another one, and find out who exchanged its files.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
