using System.Net;
using System.Net.Http.Headers;
using Maily.Deploy.Http;

namespace Maily.Deploy.Vercel;

/// <summary>What reader and writer share: addresses, the token, and errors as Vercel words them.</summary>
sealed class VercelApi(VercelSettings settings, HttpClient http, TimeProvider time, FarSideOptions options)
{
    public VercelSettings Settings { get; } = settings;

    public FarSideClient Client { get; } = new("Vercel", http, time, options, settings.Token);

    public Func<HttpRequestMessage> Request(HttpMethod method, string path, Func<HttpContent>? content = null) => () =>
    {
        var request = new HttpRequestMessage(method, Address(path)) { Content = content?.Invoke() };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Settings.Token.Reveal());
        return request;
    };

    public T Read<T>(HttpAnswer answer, string what) where T : class =>
        Require(answer, what).Read<T>() ?? throw Refused(answer, what, "Vercel's answer has another form than its API documents: check VERCEL_API_URL.");

    public HttpAnswer Require(HttpAnswer answer, string what) => answer.IsSuccess ? answer : throw Refused(answer, what, Remedy(answer.Status));

    public FarSideRefusedException Refused(HttpAnswer answer, string what, string remedy)
    {
        var error = answer.IsSuccess ? null : answer.Read<VercelErrorAnswer>()?.Error;
        return new("Vercel", what, answer.Status, error?.Code, Client.Redactor.Redact(error?.Message ?? ""), remedy);
    }

    // A personal account has no team: its id names the owner, but is no teamId.
    Uri Address(string path)
    {
        var team = Settings.OrgId.StartsWith("team_", StringComparison.Ordinal)
            ? (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "teamId=" + Uri.EscapeDataString(Settings.OrgId)
            : "";
        return new Uri(Settings.ApiUrl.AbsoluteUri.TrimEnd('/') + path + team);
    }

    static string Remedy(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "Check that VERCEL_TOKEN is valid and may use the team VERCEL_ORG_ID.",
        HttpStatusCode.NotFound => "Check VERCEL_PROJECT_ID and VERCEL_ORG_ID.",
        HttpStatusCode.TooManyRequests => "Wait until Vercel's rate limit is over, then try again.",
        _ => "See the message; if it is Vercel's own trouble (https://www.vercel-status.com), try again later.",
    };
}
