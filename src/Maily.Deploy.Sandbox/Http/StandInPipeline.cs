using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Http;

/// <summary>The way of a request through a stand-in.</summary>
sealed class StandInPipeline(StandInService service, HttpFaults faults, RequestLog requests)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (await TryControlAsync(context))
            return;
        var arrived = service.Time.GetUtcNow();
        var target = context.Request.Path + context.Request.QueryString.ToString();
        var fault = faults.Take(context.Request.Method, context.Request.Path.Value ?? "/");
        var answered = false;
        try
        {
            answered = fault is null ? await ServeAsync(context) : await SufferAsync(context, fault);
        }
        finally
        {
            var status = answered ? context.Response.StatusCode : 0;
            requests.Add(new(arrived, context.Request.Method, context.Request.Host.Value ?? "", target, status, fault is not null));
        }
    }

    async Task<bool> ServeAsync(HttpContext context)
    {
        await service.Handle(context);
        return true;
    }

    async Task<bool> SufferAsync(HttpContext context, HttpFault fault)
    {
        if (fault.DelayMilliseconds > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMilliseconds), service.Time, context.RequestAborted);
        if (fault.Cut == ConnectionCut.AfterHandling)
            await HandleUnheardAsync(context);
        if (fault.Cut != ConnectionCut.None)
        {
            context.Abort();
            return false;
        }

        if (fault.Status is not { } status)
            return await ServeAsync(context);
        await AnswerAsync(context, fault, status);
        return true;
    }

    /// <summary>The service does its work and answers into nothing, so that no byte reaches the client.</summary>
    async Task HandleUnheardAsync(HttpContext context)
    {
        using var unheard = new MemoryStream();
        context.Response.Body = unheard;
        await service.Handle(context);
    }

    static Task AnswerAsync(HttpContext context, HttpFault fault, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = fault.ContentType;
        foreach (var (name, value) in fault.Headers)
            context.Response.Headers[name] = value;
        return context.Response.WriteAsync(fault.Body, context.RequestAborted);
    }

    async Task<bool> TryControlAsync(HttpContext context)
    {
        var action = $"{context.Request.Method} {context.Request.Path}";
        Func<Task>? control = action switch
        {
            "GET /_state" => () => Json.WriteAsync(context, 200, service.State()),
            "GET /_requests" => () => Json.WriteAsync(context, 200, requests.All),
            "GET /_faults" => () => Json.WriteAsync(context, 200, faults.Pending),
            "POST /_faults" => () => AddFaultAsync(context),
            "DELETE /_faults" => () => ClearFaultsAsync(context),
            _ => service.Controls.TryGetValue(action, out var extra) ? () => extra(context) : null,
        };
        if (control is null)
            return false;
        await control();
        return true;
    }

    async Task AddFaultAsync(HttpContext context)
    {
        try
        {
            var fault = await JsonSerializer.DeserializeAsync<HttpFault>(context.Request.Body, Json.Options, context.RequestAborted)
                ?? throw new JsonException("a fault is a JSON object with at least a path");
            faults.Add(fault);
            await Json.WriteAsync(context, 201, fault);
        }
        catch (JsonException malformed)
        {
            await Json.WriteAsync(context, 400, new { error = malformed.Message });
        }
    }

    Task ClearFaultsAsync(HttpContext context)
    {
        faults.Clear();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
