using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Maily.Deploy.Http;

namespace Maily.Deploy.Vercel;

/// <summary>Reads from Vercel; changes nothing.</summary>
public sealed class VercelReader
{
    const int PageSize = 100;
    const int Pages = 5;

    readonly VercelApi api;

    /// <summary>A reader for the given project.</summary>
    public VercelReader(VercelSettings settings, HttpClient http, TimeProvider time, FarSideOptions? options = null) =>
        api = new VercelApi(settings, http, time, options ?? new FarSideOptions());

    string Project => Uri.EscapeDataString(api.Settings.ProjectId);

    /// <summary>Whom the token belongs to.</summary>
    /// <exception cref="FarSideRefusedException">The token is not accepted.</exception>
    public async Task<VercelUser> GetUserAsync(CancellationToken cancellation) =>
        (await GetAsync<VercelUserAnswer>("/v2/user", "the question whose token this is", cancellation)).User ?? new VercelUser(null, null);

    /// <summary>The project.</summary>
    /// <exception cref="FarSideRefusedException">There is none of that id, or the token may not see it.</exception>
    public Task<VercelProject> GetProjectAsync(CancellationToken cancellation) =>
        GetAsync<VercelProject>($"/v9/projects/{Project}", "the question for the project", cancellation);

    /// <summary>The deployment of that id; null where there is none.</summary>
    public async Task<VercelDeployment?> FindDeploymentAsync(string id, CancellationToken cancellation)
    {
        var answer = await api.Client.ReadAsync(api.Request(HttpMethod.Get, $"/v13/deployments/{Uri.EscapeDataString(id)}"), cancellation);
        return answer.Status == HttpStatusCode.NotFound ? null : api.Read<VercelDeployment>(answer, $"the question for deployment {id}");
    }

    /// <summary>The project's production deployments that fit, newest first; the newest 500 are looked at.</summary>
    public async Task<ImmutableArray<VercelDeployment>> ListAsync(Func<VercelDeployment, bool> fits, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<VercelDeployment>();
        long? until = null;
        for (var page = 0; page < Pages; page++)
        {
            var path = $"/v6/deployments?projectId={Project}&target=production&limit={PageSize}"
                + (until is { } time ? "&until=" + time.ToString(CultureInfo.InvariantCulture) : "");
            var list = await GetAsync<VercelDeploymentList>(path, "the question for deployments", cancellation);
            found.AddRange((list.Deployments.IsDefault ? [] : list.Deployments).Where(fits));
            if (list.Pagination?.Next is not { } next)
                break;
            until = next;
        }

        return found.ToImmutable();
    }

    /// <summary>The last lines of a deployment's build log.</summary>
    public async Task<ImmutableArray<string>> BuildLogAsync(string id, int lines, CancellationToken cancellation)
    {
        var events = await GetAsync<List<VercelEvent>>(
            $"/v3/deployments/{Uri.EscapeDataString(id)}/events?builds=1&limit=-1&direction=forward", "the question for the build log", cancellation);
        return [.. events.Select(line => line.Line).OfType<string>().Where(line => line.Length > 0).Select(api.Client.Redactor.Redact).TakeLast(lines)];
    }

    /// <summary>Whether a rolling release is under way.</summary>
    public async Task<bool> IsRollingAsync(CancellationToken cancellation)
    {
        var answer = await api.Client.ReadAsync(api.Request(HttpMethod.Get, $"/v1/projects/{Project}/rolling-release"), cancellation);
        // Projects whose plan has no rolling releases answer 404.
        return answer.Status != HttpStatusCode.NotFound
            && api.Read<VercelRollingReleaseAnswer>(answer, "the question for a rolling release").RollingRelease?.State is "ACTIVE" or "PAUSED";
    }

    /// <summary>Domains that the last promotion could not move.</summary>
    public async Task<ImmutableArray<string>> FailedAliasesAsync(CancellationToken cancellation)
    {
        var list = await GetAsync<VercelAliasList>($"/v1/projects/{Project}/promote/aliases?failedOnly=true&limit=20", "the question for failed domains", cancellation);
        return list.Aliases.IsDefault ? [] : [.. list.Aliases.Select(alias => $"{alias.Alias}: {alias.Status}")];
    }

    /// <summary>
    /// A digest over the variables that a production build would bind now, the project's own and the team's shared ones: ids and
    /// times of change, never values. Null where they cannot all be seen.
    /// </summary>
    public async Task<string?> FindVariablesDigestAsync(CancellationToken cancellation)
    {
        var own = await VariablesAsync($"/v10/projects/{Project}/env", cancellation);
        var shared = await VariablesAsync($"/v1/env?projectId={Project}", cancellation);
        return own is null || shared is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join('\n', own.Concat(shared).Where(variable => variable.IsForProduction).Select(variable => variable.ToString()).Order(StringComparer.Ordinal)))));
    }

    // A personal account has no shared variables, and answers 404.
    async Task<IEnumerable<VercelVariable>?> VariablesAsync(string path, CancellationToken cancellation)
    {
        var answer = await api.Client.ReadAsync(api.Request(HttpMethod.Get, path), cancellation);
        if (answer.Status == HttpStatusCode.NotFound)
            return [];
        return answer.IsSuccess && answer.Read<VercelVariableList>() is { Pagination: null or { Next: null } } list ? list.All : null;
    }

    async Task<T> GetAsync<T>(string path, string what, CancellationToken cancellation) where T : class =>
        api.Read<T>(await api.Client.ReadAsync(api.Request(HttpMethod.Get, path), cancellation), what);
}
