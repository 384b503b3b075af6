-- Opens a file in Neovim as a user would, waits for the findings, looks at one, applies the preferred quick fix to it
-- and writes the file. What was seen goes to a JSON file, also when something fails.
--
-- nvim -l neovim_drive.lua OUTPUT FILE PATTERN [look|write]: the first finding whose message matches the Lua pattern is
-- fixed, or only looked at, or the file is only written, so that the user's own commands do what they do.

local script = dofile(vim.fs.joinpath(vim.fs.dirname(arg[0]), 'neovim_script.lua'))
local output, file, pattern, only = arg[1], arg[2], arg[3], arg[4]

-- A finding that can be fixed: while the server still learns about the installed packages, it may not know how.
local function finding()
  for _, found in ipairs(vim.diagnostic.get(0)) do
    local fix = vim.tbl_get(found, 'user_data', 'lsp', 'data', 'fix')
    if found.message:match(pattern) and type(fix) == 'table' and fix.applicability == 'safe' then
      return found
    end
  end
end

script(output, 60000, function(seen, wait)
  vim.cmd.edit(file)
  wait('the client', function()
    return #vim.lsp.get_clients({ bufnr = 0, name = 'isolint' }) == 1
  end)
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'isolint' })[1]
  wait('the handshake', function()
    return client.initialized
  end)
  seen.server = client.server_info
  seen.encoding = client.offset_encoding
  seen.root = client.config.root_dir
  wait('the finding', function()
    return finding() ~= nil
  end)
  local found = finding()
  seen.findings = vim.tbl_map(function(it)
    return { line = it.lnum, column = it.col, severity = it.severity, source = it.source, code = it.code, message = it.message }
  end, vim.diagnostic.get(0))
  vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
  local float = vim.diagnostic.open_float()
  seen.shown = float and vim.api.nvim_buf_get_lines(float, 0, -1, false) or {}
  local hover
  client:request('textDocument/hover', vim.lsp.util.make_position_params(0, client.offset_encoding), function(problem, answer)
    hover = { problem = problem, answer = answer }
  end)
  wait('the hover', function()
    return hover ~= nil
  end)
  seen.hover = hover
  if only == 'look' then
    return
  elseif only == 'write' then
    vim.cmd('silent write')
    return
  end
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.kind == 'quickfix' and action.isPreferred
    end,
  })
  wait('the quick fix', function()
    return vim.bo.modified
  end)
  local before = finding()
  if before and before.lnum == found.lnum and before.message == found.message then
    wait('the finding to go', function()
      local now = finding()
      return now == nil or now.lnum ~= found.lnum or now.message ~= found.message
    end)
  end
  vim.cmd('silent write')
end)
