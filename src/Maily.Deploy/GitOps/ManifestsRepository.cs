using System.Text;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.GitOps;

/// <summary>The repository that Argo CD reads, and with which right it is written to.</summary>
public sealed record ManifestsRepository
{
    /// <summary>The variable that names its address.</summary>
    public const string UrlVariable = "MAILY_MANIFESTS_URL";

    /// <summary>The variable that names its branch.</summary>
    public const string BranchVariable = "MAILY_MANIFESTS_BRANCH";

    /// <summary>The variable that holds the token for http.</summary>
    public const string TokenVariable = "MAILY_MANIFESTS_TOKEN";

    const string StandardBranch = "main";
    const string StandardUser = "x-access-token";

    /// <summary>Its address as git takes it, without user and password.</summary>
    public required string Url { get; init; }

    /// <summary>The branch that is committed to (<c>main</c> unless set).</summary>
    public string Branch { get; init; } = StandardBranch;

    /// <summary>The header that opens it over http; null where ssh, the machine's own credentials or nobody does.</summary>
    public Secret? Authorization { get; init; }

    /// <summary>Reads it from the variables; user and password within the address count, a token of its own counts more.</summary>
    /// <exception cref="MissingVariableException">The address is not set.</exception>
    /// <exception cref="MalformedVariableException">It is no address that git takes.</exception>
    public static ManifestsRepository From(Variables variables)
    {
        var text = (variables.Find(UrlVariable) ?? throw new MissingVariableException(UrlVariable)).Trim();
        var branch = variables.Find(BranchVariable)?.Trim() ?? StandardBranch;
        if (!IsBranch(branch))
            throw new MalformedVariableException(BranchVariable, "the name of a branch");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return IsAddress(text, uri) ? new() { Url = text, Branch = branch } : throw new MalformedVariableException(UrlVariable, "an address that git takes (https://, ssh://, user@host:path, file:// or a full path)");
        var parts = uri.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).ToArray();
        var password = variables.Find(TokenVariable)?.Trim() ?? (parts is [_, { Length: > 0 } inUrl] ? inUrl : null);
        var user = parts[0].Length > 0 ? parts[0] : StandardUser;
        return new()
        {
            Url = new UriBuilder(uri) { UserName = "", Password = "" }.Uri.AbsoluteUri, Branch = branch,
            Authorization = password is null ? null : new($"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}"),
        };
    }

    /// <summary>Whether an address that somebody else wrote down leads to the same repository; a final <c>.git</c> or slash does not count.</summary>
    public bool IsAt(string? url) => url is not null && string.Equals(Normal(Url), Normal(url), StringComparison.OrdinalIgnoreCase);

    /// <summary>Address and branch, without any secret.</summary>
    public override string ToString() => $"{Url} ({Branch})";

    static string Normal(string url)
    {
        var bare = url.TrimEnd('/');
        return bare.EndsWith(".git", StringComparison.Ordinal) ? bare[..^4] : bare;
    }

    // A name that begins with a dash would be read as an option.
    static bool IsBranch(string name) => name.Length > 0 && name[0] != '-' && !name.Contains("..", StringComparison.Ordinal) && name.All(character => char.IsLetterOrDigit(character) || "-_./".Contains(character, StringComparison.Ordinal));

    static bool IsAddress(string text, Uri? uri) =>
        text.Length > 0 && text[0] != '-' && (uri?.Scheme is "ssh" or "file" or "git" || text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && text.IndexOf(':', at) > at);
}
