-- Opens a test file in Neovim as a user would, goes to a fixture's definition, looks at what is shown over it, and
-- renames it. What was seen goes to a JSON file, also when something fails.
--
-- nvim -l neovim_navigate.lua OUTPUT FILE NAME NEW COUNT: the cursor is set on the first NAME in FILE, and what Neovim's
-- own commands do there is seen, once there are COUNT references; then NAME is renamed to NEW, and every file that
-- changed is written.

local script = dofile(vim.fs.joinpath(vim.fs.dirname(arg[0]), 'neovim_script.lua'))
local output, file, name, new, count = arg[1], arg[2], arg[3], arg[4], tonumber(arg[5])

script(output, 60000, function(seen, wait)
  vim.cmd.edit(file)
  local start = vim.api.nvim_get_current_buf()
  wait('the client', function()
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'isolint' })[1]
    return client ~= nil and client.initialized
  end)
  vim.fn.search('\\<' .. name .. '\\>', 'cw')

  vim.lsp.buf.hover({ focus_id = 'navigate' })
  local function float()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        return vim.api.nvim_win_get_buf(window)
      end
    end
  end
  wait('the hover', function()
    return float() ~= nil
  end)
  seen.hover = vim.api.nvim_buf_get_lines(float(), 0, -1, false)

  -- While the server still learns about the installed packages, it may know fewer.
  local listed, asked
  wait('the references', function()
    if not asked then
      asked = true
      vim.lsp.buf.references(nil, {
        on_list = function(list)
          listed, asked = list.items, false
        end,
      })
    end
    return listed ~= nil and #listed >= count
  end)
  seen.references = vim.tbl_map(function(it)
    return { file = vim.fs.basename(it.filename), line = it.lnum, column = it.col }
  end, listed)

  vim.lsp.buf.definition()
  wait('the definition', function()
    return vim.api.nvim_get_current_buf() ~= start
  end)
  local cursor = vim.api.nvim_win_get_cursor(0)
  seen.definition = { file = vim.fs.basename(vim.api.nvim_buf_get_name(0)), line = cursor[1], column = cursor[2] + 1 }

  wait('the client there', function()
    return #vim.lsp.get_clients({ bufnr = 0, name = 'isolint' }) == 1
  end)
  vim.lsp.buf.rename(new)
  wait('the rename', function()
    return vim.bo.modified and vim.bo[start].modified
  end)
  vim.cmd('silent wall')
end)
