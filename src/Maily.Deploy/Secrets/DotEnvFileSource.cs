using System.Collections.Immutable;
using Maily.Deploy.Git;

namespace Maily.Deploy.Secrets;

/// <summary>
/// The file <c>.env.&lt;environment&gt;</c> in the root. On Unix only its owner may read it, and inside a repository it must
/// be git-ignored; otherwise it is refused.
/// </summary>
public sealed class DotEnvFileSource(GitReader git) : IVariableSource
{
    const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <inheritdoc/>
    public async Task<ImmutableArray<Variable>> ReadAsync(VariableRequest request, CancellationToken cancellation)
    {
        var file = Path.Combine(request.Root, $".env.{request.Environment}");
        if (!File.Exists(file))
            return [];
        await RefuseIfExposedAsync(request.Root, file, cancellation);
        var text = await File.ReadAllTextAsync(file, cancellation);
        return [.. DotEnvParser.Parse(text, file).Select(pair => new Variable(pair.Name, pair.Value, Path.GetFileName(file)))];
    }

    async Task RefuseIfExposedAsync(string root, string file, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
            throw new ExposedSecretFileException(Path.GetFileName(file), "can be read or changed by other users of this machine", $"chmod 600 {file}");
        if (await git.IsIgnoredAsync(root, file, cancellation) is false)
            throw new ExposedSecretFileException(Path.GetFileName(file), "is not git-ignored, so that it may be committed", $"echo '.env.*' >> {Path.Combine(root, ".gitignore")}");
    }
}

/// <summary>A file of secrets is open to more than its owner.</summary>
public sealed class ExposedSecretFileException(string file, string fact, string command)
    : DeployException($"{file} {fact}.", $"Run `{command}`, then try again.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
